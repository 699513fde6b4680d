"""Person or program: what a User-Agent tells about who opened or clicked. Pure; raw events are kept either way."""

from __future__ import annotations

import re

# Clicks of one mail within a second that no person makes.
BURST_CLICKS = 5
BURST_SECONDS = 1.0

# Image proxies of mailbox providers fetch when a person opens the mail: their visits count as people.
PROXIES: tuple[str, ...] = (
    r"GoogleImageProxy",
    r"ggpht\.com",
    r"YahooMailProxy",
    r"yahoo pipes",
    r"BingPreview.*Outlook",
)
# Mail and web programs whose names hold a word that robots use too.
PEOPLE: tuple[str, ...] = (r"\bCUBOT[_ ]", r"\bMicrosoft Outlook\b", r"\bThunderbird/[\d.]+(?: Lightning/[\d.]+)?$")
MACHINES: tuple[str, ...] = (
    # How robots name themselves.
    r"bot\b|bot[/_:;,.\-\d]|^bot|robot|bots\b|Bot[A-Z]",
    r"crawl|spider|scrap(?:er|y|ing)|slurp|fetch(?:er|ing)?\b|[a-z]fetch|archiv|index(?:er|ing)|harvest|scan(?:ner|ning)?\b",
    r"check(?:er|ing)?\b|monitor|preview|unfurl|validator|inspect|analy[sz]er|verif(?:y|ier)|reader|feed|rss|ping\b",
    r"pingdom|uptime|health-?check|probe|sniffer|spy\b|proxy\b|headless|phantomjs|puppeteer|playwright|selenium",
    r"lighthouse|synthetics|auditor|compatible;(?! *(?:MSIE|Lotus|Konqueror|ms-office))|\+?https?://|[\w.+-]+@[\w-]+\.[a-z]{2,}",
    # Programs and libraries without a person before them.
    r"^(?:curl|wget|libcurl|lwp|libwww|python|perl|ruby|java|php|go|node|rust|axios|got|dart|okhttp|httpx?)[/\-_ ]",
    r"python-(?:requests|urllib|httpx)|aiohttp|urllib|go-http-client|apache-?httpclient|httpunit|http_?client",
    r"guzzlehttp|winhttp|httpie|postmanruntime|insomnia|java/\d|jakarta|restsharp|faraday|mechanize|libwww|node-fetch",
    r"\bapi\b|\bsdk\b|\bengine\b|\bservice\b|\bagent\b/|cloudflare|amazon cloudfront|google-|googleother|mediapartners",
    # Link previews of messengers and social networks.
    r"facebookexternalhit|facebookcatalog|whatsapp/|skypeuripreview|slack|telegram|discord|linkedin|pinterest/\d"
    r"|vkshare|embedly|iframely|snapchat|tumblr/|flipboard|redditbot|mastodon|bluesky",
    # Security gateways that follow links before the mail is delivered.
    r"barracuda|mimecast|proofpoint|symantec|message ?labs|trend ?micro|fireeye|trellix|forti(?:guard|mail|sandbox)"
    r"|zscaler|sophos|bitdefender|kaspersky|cloudmark|ironport|cisco|checkpoint|avanan|safelinks|urldefense"
    r"|vade ?secure|hornet|mailguard|mcafee|websense|forcepoint|cyren|virustotal|urlscan|netcraft|phish",
)

_PEOPLE = re.compile("|".join(PROXIES + PEOPLE), re.IGNORECASE)
_MACHINES = re.compile("|".join(MACHINES), re.IGNORECASE)
_BROWSER_OR_MAIL = re.compile(
    r"mozilla/|opera/|outlook|mail|office|notes|the bat!|dalvik|applewebkit|cfnetwork", re.IGNORECASE
)


def is_machine(user_agent: str, *, purpose: str = "") -> bool:
    """Say whether a program rather than a person came; `purpose` is the request's Purpose or Sec-Purpose header."""
    if "prefetch" in purpose.lower() or "preview" in purpose.lower():
        return True
    if _PEOPLE.search(user_agent):
        return False
    # A person's program names itself as a browser or mail program; one that says nothing is a script.
    return not _BROWSER_OR_MAIL.search(user_agent) or _MACHINES.search(user_agent) is not None


def is_burst(earlier: int) -> bool:
    """Say whether one more click after `earlier` ones of the same mail within BURST_SECONDS makes a burst."""
    return earlier + 1 >= BURST_CLICKS
