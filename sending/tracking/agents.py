"""Person or program: what a User-Agent tells about who opened or clicked. Pure; raw events are kept either way."""

from __future__ import annotations

import re

# Image proxies of mailbox providers fetch when a person opens the mail: their visits count as people (Gmail help,
# "Turn images on or off"; Yahoo's page on YahooMailProxy). Apple's is none of them: Mail Privacy Protection loads
# every picture when the mail arrives, and names itself "Mozilla/5.0" and nothing else (help.socketlabs.com,
# "Identifying Apple MPP opens"). The addresses it comes from are not looked at: the list of them changes every week.
PROXIES: tuple[str, ...] = (
    r"GoogleImageProxy",
    r"ggpht\.com",
    r"YahooMailProxy",
    r"yahoo pipes",
    r"BingPreview.*Outlook",
)
# Mail and web programs whose names hold a word that robots use too.
PEOPLE: tuple[str, ...] = (r"\bCUBOT(?:\b|_)", r"\bMicrosoft Outlook\b", r"\bThunderbird/[\d.]+(?: Lightning/[\d.]+)?$")
MACHINES: tuple[str, ...] = (
    # How robots name themselves.
    r"bot\b|bot[/_:;,.\-\d]|^bot|robot|bots\b|(?-i:Bot[A-Z])",
    r"crawl|spider|scrap(?:er|y|ing)|slurp|fetch(?:er|ing)?\b|[a-z]fetch|archiv|index(?:er|ing)|harvest|scan(?:ner|ning)?\b",
    r"check(?:er|ing)?\b|monitor|preview|unfurl|validator|inspect|analy[sz]er|verif(?:y|ier)|reader|feed|\brss|rss\b",
    r"(?<!dian)ping\b|pingdom|uptime|health-?check|probe|sniffer|spy\b|proxy\b|headless|phantomjs|puppeteer|playwright",
    r"selenium|lighthouse|synthetic|auditor|\bptst/|gtmetrix|page ?speed|datanyze|catchpoint|siteimprove|statuscake"
    r"|nutch|favicon",
    r"compatible;(?! *(?:MSIE|Konqueror|ms-office|IBrowse|Linux |Polaris|RISC OS|(?:IBM |HCL )?(?:Lotus|Notes)))",
    # The address of who runs it; the one exception is the web window that many old Windows programs have.
    r"\+?https?://(?!(?:www\.)?bsalsa\.com)|[\w.+-]+@[\w-]+\.[a-z]{2,}",
    # Programs and libraries without a person before them.
    r"^(?:curl|wget|libcurl|lwp|libwww|python|perl|ruby|java|php|go|node|rust|axios|got|dart|okhttp|httpx?)[/\-_ ]",
    r"python-(?:requests|urllib|httpx)|aiohttp|urllib|go-http-client|apache-?httpclient|httpunit|http_?client",
    r"guzzlehttp|winhttp|httpie|postmanruntime|insomnia|java/\d|jakarta|restsharp|faraday|mechanize|libwww|node-fetch",
    r"\bapi\b|(?<!afma-)\bsdk\b|(?<!sp-)\bengine\b|\bservice\b|\bagent\b[/)]|-agent\b|cloudflare"
    r"|amazon cloudfront|google-|googleother|mediapartners",
    # Link previews of messengers and social networks.
    r"facebookexternalhit|facebookcatalog|whatsapp/|skypeuripreview|slack(?!ware)|telegram|discord|linkedin(?!app)"
    r"|pinterest/\d|vkshare|embedly|iframely|tumblr/|flipboard(?!/\d)|redditbot|mastodon|bluesky",
    # Security gateways that follow links before the mail is delivered.
    r"barracuda|mimecast|proofpoint|symantec|message ?labs|trend ?micro|fireeye|trellix|forti(?:guard|mail|sandbox)"
    r"|zscaler|sophos|bitdefender|kaspersky|cloudmark|ironport|\bcisco|checkpoint|avanan|safelinks|urldefense"
    r"|vade ?secure|hornet|mailguard|websense|forcepoint|cyren|virustotal|urlscan|netcraft|phish",
)

MAX_READ = 1_000

_PEOPLE = re.compile("|".join(PROXIES + PEOPLE), re.IGNORECASE)
_MACHINES = re.compile("|".join(MACHINES), re.IGNORECASE)
_MAIL = (
    r"mail|outlook|ms-?office|microsoft office|\bnotes\b|lotus|thunderbird|icedove|seamonkey|postbox|eudora|evolution/"
    r"|the bat!|sylpheed|becky!|shuriken|barca|mimestream|em ?client|superhuman|readdle"
    r"|(?:spark|spike|newton|canary)/\d"
)
_MAIL_PROGRAM = re.compile(rf"{_MAIL}|konqueror|ucbrowser|up\.browser", re.IGNORECASE)
_BROWSER_OR_MAIL = re.compile(
    rf"{_MAIL}|mozilla/|opera/|dalvik|applewebkit|cfnetwork|ucbrowser|up\.browser|blackberry|midp|netfront",
    re.IGNORECASE,
)
# A browser says what it runs on (RFC 9110 10.1.5 asks for the product; all of them have named the system since 1995).
_SYSTEM = re.compile(
    r"windows|macintosh|mac os|darwin|x11|linux|ubuntu|android|iphone|ipad|ipod|cros\b|bsd|sunos|solaris|aix\b|hp-ux"
    r"|irix|os/2|haiku|beos|risc os|amiga|blackberry|bb10|playbook|symbian|series ?[46]0|maemo|meego|webos|tizen|kaios"
    r"|bada|harmony|fuchsia|j2me|mobile;|tablet;|nintendo|playstation|xbox|unix|nokia|samsung"
    r"|win(?:9[58]|nt|32)|mac_p|palmos|brew\b|midp|kindle|roku|hbbtv|web0s|smart-?tv|ps[34]\b",
    re.IGNORECASE,
)
# What stands there is the name of a telephone, and some are called after robots.
_MODEL = re.compile(r"(\bAndroid [\d.]+[^;()]*; (?:[a-z]{2}[-_][a-z]{2}; )?)[^;()]*", re.IGNORECASE)


def is_machine(user_agent: str, *, purpose: str = "") -> bool:
    """Say whether a program rather than a person came; `purpose` is what its headers say it is for."""
    if "prefetch" in purpose.lower() or "preview" in purpose.lower():
        return True
    # A header may have any length, and the time for it grows with the square.
    user_agent = user_agent[:MAX_READ]
    if _PEOPLE.search(user_agent):
        return False
    user_agent = _MODEL.sub(r"\1", user_agent)
    # A person's program names itself as a browser or mail program; one that says nothing is a script.
    return not _BROWSER_OR_MAIL.search(user_agent) or _is_stub(user_agent) or _MACHINES.search(user_agent) is not None


def _is_stub(user_agent: str) -> bool:
    """Say whether nothing but the word that all browsers begin with is given: neither a system nor a mail program."""
    return not _SYSTEM.search(user_agent) and not _MAIL_PROGRAM.search(user_agent)
