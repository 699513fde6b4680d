"""Who came, a person or a program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.tracking import agents

PEOPLE = """\
Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)
YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html
Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0
Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 Thunderbird/91.8.0 Lightning/91.8.0
Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)
Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Trident/7.0; Microsoft Outlook 16.0.4266; ms-office; MSOffice 16)
Outlook-iOS/712.2620504.prod.iphone (3.34.0)
Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0
Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36
Mozilla/5.0 (Linux; Android 9; CUBOT_X19 Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile
Mozilla/5.0 (Linux; Android 10; SM-A505F; wv) AppleWebKit/537.36 Chrome/119 Mobile Safari/537.36 Viber/20.9
Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [Pinterest/iOS]
Mail/3774.600.62 CFNetwork/1494.0.7 Darwin/23.4.0
Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/86.0.4240.198 Safari/537.36 QQBrowser/11.9
Mozilla/5.0 (Linux; Android 12; wv) Chrome/86 MQQBrowser/6.2 TBS/046316 Mobile QQ/8.9.28 MicroMessenger/8.0.40
Mozilla/4.0 (compatible; Lotus-Notes/6.0; Windows-NT)
The Bat! 10.5
Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18
Dalvik/2.1.0 (Linux; U; Android 12; SM-G991B Build/SP1A.210812.016)
Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)
Mozilla/4.0 (compatible; ms-office; MSOffice 16)
Microsoft Office/14.0 (Windows NT 6.1; Microsoft Outlook 14.0.7113; Pro; MSOffice 14)
Microsoft Outlook Mail 16.73.23051401
Outlook-Android/2.0
Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/277.0 Mobile/15E148
Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0
Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36
Mozilla/5.0 (X11; OpenBSD amd64; rv:115.0) Gecko/20100101 Firefox/115.0
Mozilla/5.0 (Mobile; LYF/F90M; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5
Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 ArkWeb/4.1.6.1 Mobile
Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko)
Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV Safari/537.36
Mozilla/5.0 (Linux; U; Android 13; zh-cn; M2102J2SC) AppleWebKit/537.36 (KHTML, like Gecko) MiuiBrowser/18.2
Mozilla/5.0 Thunderbird/128.4.0
Mozilla/5.0 (Windows NT 10.0; WOW64; rv:91.0) Gecko/20100101 Postbox/7.0.60
Airmail 5.7 rv:730 (Macintosh; Mac OS X 14.4; en_US)
Spark/3.12 CFNetwork/1494 Darwin/23.4.0 Mail
Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.5.25 Version/10.54
K-9 Mail for Android
Mozilla/5.0 (via ggpht.com)
Mozilla/5.0 GoogleImageProxy
Mozilla/5.0 (compatible; Yahoo Pipes 1.0)
Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b Outlook
Microsoft Office/16.0 (Microsoft Outlook 16.0; MSOffice 16; linkedin service)
Mozilla/5.0 (X11; Linux x86_64; rv:128.0; linkedin) Gecko/20100101 Thunderbird/128.4.0
Office/16.0 (Windows NT 10.0)
Notes/9.0 (Windows NT 6.1)
AppleWebKit/605.1.15 (iPhone)
Weather/1.0 CFNetwork/1494.0.7 Darwin/23.4.0""".splitlines()

MACHINES = """\
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)
Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)
facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)
WhatsApp/2.23.20.0
TelegramBot (like TwitterBot)
Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com
curl/8.5.0
Wget/1.21.4
python-requests/2.32.3
Go-http-client/2.0
okhttp/4.12.0
Java/17.0.10
Apache-HttpClient/4.5.14 (Java/11.0.22)
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36
Mozilla/5.0 (compatible; Barracuda Sentinel (EE))
Mozilla/5.0 (compatible; MailGateway-LinkScanner/2.1)
Mozilla/5.0 (Windows NT 10.0; Win64; x64) Mimecast-TTP/1.0 Chrome/120 Safari/537.36
Proofpoint Targeted Attack Protection
Mozilla/5.0 (X11; Linux x86_64) Chrome/98.0.4695.0 Safari/537.36 Chrome-Lighthouse
GPTBot/1.0 (+https://openai.com/gptbot)
newsletter-crawler/3 admin@example.test
Mozilla/5.0
Mozilla/4.0
Mozilla/5.0 (compatible)
Mozilla/5.0 ()
Mozilla/5.0 (compatible;)
Mozilla
Mozilla/5.0 Firefox/26.0
Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36
Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36
Mozilla/5.0 Gecko/20100101
Opera/9.80
AppleWebKit/537.36
BotX Mozilla/5.0 (X11; Linux x86_64)
perl (Outlook; Windows NT 10.0)
Mozilla/5.0 (compatible; Acme; Linux)""".splitlines()


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_mail_programs_browsers_and_image_proxies_are_people(user_agent: str) -> None:
    assert not agents.is_machine(user_agent)


@pytest.mark.parametrize("user_agent", MACHINES)
def test_robots_scanners_previews_and_libraries_are_machines(user_agent: str) -> None:
    assert agents.is_machine(user_agent)


BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
# What programs that fetch by a browser's engine put behind its name, by which alone they can be told.
NAMES = """\
acmebot; acmebot_2; robotics; linkbots; AcmeBotX; acme-crawl; acmespider; scraper; slurp; url-fetching; acmefetches
archived; indexing; harvest; acme-scanner; acme-checker; monitor; preview; unfurl; validator; inspect; analyser
verifier; reader; feed; rss; acme-ping; pingdom; uptime; healthchecks; probe; sniffer; spy; acme-proxy; phantomjs
puppeteer; playwright; selenium; synthetics; auditor; https://acme.test; ops@acme.test; python-httpx; aiohttp; urllib3
go-http-client; httpunit; http_client; guzzlehttp; winhttp; httpie; postmanruntime; insomnia; java/17; jakarta
restsharp; faraday; mechanize; libwww; api; sdk; engine; service; agent/2; cloudflare; amazon cloudfront; google-x
googleother; mediapartners; facebookexternalhit; facebookcatalog; whatsapp/2; slack; telegram; discord; linkedin
pinterest/0.2; vkshare; embedly; iframely; snapchat; tumblr/14; flipboard; mastodon; bluesky; barracuda; mimecast
proofpoint; symantec; messagelabs; trendmicro; fireeye; trellix; fortimail; zscaler; sophos; bitdefender; kaspersky
cloudmark; ironport; cisco; checkpoint; avanan; safelinks; urldefense; vadesecure; hornet; mailguard; mcafee; websense
forcepoint; cyren; virustotal; urlscan; netcraft; phish; headless; lighthouse""".replace("\n", "; ").split("; ")
# What browsers say they run on.
SYSTEMS = """\
Windows NT 10.0; Macintosh; Mac OS; Darwin; X11; Linux; Ubuntu; Android 14; iPhone; iPad; iPod; CrOS; FreeBSD; SunOS
Solaris; AIX; HP-UX; IRIX; OS/2; Haiku; BeOS; RISC OS; AmigaOS; BlackBerry; BB10; PlayBook; Symbian; Series60; Maemo
MeeGo; webOS; Tizen; KaiOS; Bada; Harmony; Fuchsia; J2ME; Nintendo 3DS; PlayStation; Xbox; Unix; Nokia7; SAMSUNG\
""".replace("\n", "; ").split("; ")
MAIL_PROGRAMS = """\
Thunderbird/128; Outlook; MSOffice 16; ms-office; Lotus; Notes; Mail; Postbox/7; Eudora/7; Evolution/3; Konqueror/3
Icedove/52; The Bat!""".replace("\n", "; ").split("; ")


@pytest.mark.parametrize("name", NAMES)
def test_one_word_gives_a_program_behind_a_browser_s_name_away(name: str) -> None:
    assert not agents.is_machine(BROWSER)
    assert agents.is_machine(f"{BROWSER} {name}")


@pytest.mark.parametrize("words", [*SYSTEMS, "Mobile; rv:48.0", "Tablet; rv:48.0"])
def test_a_browser_that_names_its_system_is_a_person_s(words: str) -> None:
    assert not agents.is_machine(f"Mozilla/5.0 ({words})")


@pytest.mark.parametrize("name", MAIL_PROGRAMS)
def test_a_mail_program_need_not_name_a_system(name: str) -> None:
    assert not agents.is_machine(f"Mozilla/5.0 Gecko/20100101 {name}")


def test_a_visitor_without_a_name_is_a_machine() -> None:
    assert agents.is_machine("")


def test_a_prefetch_is_a_machine_whatever_its_name() -> None:
    assert agents.is_machine(PEOPLE[2], purpose="prefetch;prerender")


@pytest.mark.parametrize("user_agent", ["Mozilla/5.0", " Mozilla/5.0 ", "mozilla/5.0"])
def test_apples_proxy_which_loads_pictures_when_a_mail_arrives_is_a_machine(user_agent: str) -> None:
    assert agents.is_machine(user_agent)


STUB = r"Mozilla/[0-9]\.[0-9]{1,2}( \((compatible)?;? ?\))?( (Gecko|Firefox|Chrome)/[0-9.]{1,9})?"


@given(st.from_regex(STUB, fullmatch=True))
def test_a_browser_s_word_without_a_system_is_a_machine(user_agent: str) -> None:
    assert agents.is_machine(user_agent)
