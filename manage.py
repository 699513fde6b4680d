#!/usr/bin/env python
"""Run a management command of this source tree."""

from config.command_line import main

if __name__ == "__main__":
    main()
