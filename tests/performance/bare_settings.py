"""The product's settings with one bare view in the place of everything else."""

from config.settings import *  # noqa: F403

# It gives answers their length.
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "tests.performance.bare"
