"""`python -m config COMMAND` runs a management command, wherever the product is installed."""

from config.command_line import main

main()
