"""Text that a browser shows is text that counts: the rules for what hides, held against a browser's own."""

import random
import re

import pytest
from playwright.sync_api import Page

from templates_app.visibility import walk

pytestmark = pytest.mark.browser
