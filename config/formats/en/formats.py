"""English: times to the second, by 24 hours."""

DATE_FORMAT = "M j, Y"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = "M j, Y, H:i:s"
# The first is what a date field of a form holds.
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
