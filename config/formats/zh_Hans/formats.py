"""Simplified Chinese: times to the second, numbers grouped by thousands as in print."""

DATE_FORMAT = "Y年n月j日"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = "Y年n月j日 H:i:s"
# The first is what a date field of a form holds.
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
