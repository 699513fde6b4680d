"""Which files of the npm packages are served, and under which names. A wheel's build reads this table as well.

It imports nothing: where a wheel is built no other package of ours needs to be installed.
"""

# Name under /static/ -> path under node_modules.
FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/plotly-basic.min.js": "plotly.js-basic-dist-min/plotly-basic.min.js",
    "vendor/inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "vendor/inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}
# The folder under node_modules with the icons that pages carry in their text.
ICONS = "@tabler/icons/icons/outline"
