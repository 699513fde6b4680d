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
Notes/9.0 (Windows NT 6.1)
AppleWebKit/605.1.15 (iPhone)
Weather/1.0 CFNetwork/1494.0.7 Darwin/23.4.0
Mozilla/5.0 (Linux; Android 13; V2183A; wv) AppleWebKit/537.36 Chrome/111.0 MMWEBSDK/20230805 MicroMessenger/8.0.41.2441 NetType/WIFI Language/zh_CN
Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.38(0x18002629) NetType/4G Language/zh_CN
Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/107.0.0.0 MicroMessenger/7.0.20.1781 NetType/WIFI WindowsWechat/WMPF XWEB/6945
Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; Foxmail; rv:11.0) like Gecko
Foxmail 7.2.25.228
Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; Foxmail/7.2)
QQMail/6.4.1 (iPhone; iOS 16.5; Scale/3.00)
QQMail/Android/10158960
Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 QQMail/6.2
NeteaseMailMaster/7.16.5 (iPhone; iOS 16.5; Scale/3.00)
Mozilla/5.0 (Linux; Android 12; HUAWEI P40; wv) AppleWebKit/537.36 Chrome/99 MailMaster_Android/7.14.2
MailMasterPC/4.19.1 (Win10)
Mozilla/5.0 (Linux; Android 11; SM-G973F; wv) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36 Samsung Email
Android-Mail/2022.11.13.489287432.Release
Mozilla/5.0 (Linux; U; Android 4.0.3; de-ch; HTC Sensation Build/IML74K) AppleWebKit/534.30 Mobile Safari/534.30
Gmail/6.0.230528 (iPhone; iOS 16.5)
com.google.Gmail/6.0.230528 iPhone/16.5 hw/iPhone14_7
Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1.23) Gecko/20090825 SeaMonkey/1.1.18
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Mailspring/1.13.3 Chrome/100.0 Electron/18.3.15
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) eM Client/9.2.2157.0
Mailbird/2.9.83.0
YahooMobileMail/1.0 (Android Mail; 7.27.0) (dream2lte;samsung;SM-G955F;9;2220x1080;)
YahooMobile/1.0 (mail; 5.20.1; 1.0.4)
Mozilla/4.0 (compatible; Lotus-Notes/5.0; Windows-NT)
Mozilla/4.0 (compatible; IBM Notes/9.0; Windows NT 6.1)
Mozilla/4.0 (compatible; HCL Notes/12.0; Windows NT 10.0)
Lotus-Notes/4.5 ( Windows-NT )
Mozilla/4.0 (compatible; MSIE 5.0; Mac_PowerPC)
Mozilla/4.0 (compatible; MSIE 6.0; Windows 98; Outlook-Express/6.0)
Outlook-Express/7.0 (MSIE 7.0; Windows NT 5.1; SV1; .NET CLR 1.1.4322)
Windows-Live-Mail/16.4
Microsoft Outlook 15.0.4919
Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/39.0.2171.95 Safari/537.36 OutlookServices/1.0
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Outlook/16.78
Evolution/3.38.1
Sylpheed 3.7.0 (GTK+ 2.24.32; i686-pc-mingw32)
Claws Mail 3.17.8
Becky! ver. 2.75.04
Spark/3.9.0 CFNetwork/1402 Darwin/22.3.0
Superhuman/1.0 (Mac)
Mozilla/5.0 (Linux; Android 7.0; SM-G930V; FlyMe) AlipayClient/10.2 DingTalk/6.5
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/108 Lark/6.5.9 LarkLocale/zh_CN
K-9 Mail/6.400 (Android 13)
FairEmail/1.2100
BlueMail/1.9.8 (Android 11; API 30)
Aqua Mail/1.44
MailDroid/5.0
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/534.34 (KHTML, like Gecko) KMail/4.14 Safari/534.34
HuaweiEmail/11.1.0.310 (Android 10; ELS-AN00)
MiMail/3.0 (Android 12; M2012K11AC)
Mozilla/5.0 (Linux; Android 10; LIO-AN00; HMSCore 6.11) AppleWebKit/537.36 HuaweiBrowser/13.0.5.303 Chrome/99
Coremail/XT5.0.14 (Windows)
Mozilla/5.0 (Linux; Android 12; SM-G9910) AppleWebKit/537.36 (KHTML, like Gecko) ProtonMail/3.0.15
Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0; EmbeddedWB 14.52 from: http://www.bsalsa.com/)
Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/119.0 Mobile/15E148 Safari/604.1
Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 FxiOS/119.0 Mobile/15E148 Safari/605.1.15
Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 EdgiOS/119 Version/17.0 Mobile/15E148 Safari/604.1
AppleMail/2.3445 Macintosh
Mail/16.0 (1990.400.110.1.22) CFNetwork/1408 Darwin/22.5.0
Mozilla/5.0 (Linux; U; Android 11; zh-CN; MI 9) AppleWebKit/537.36 UCBrowser/13.4 Mobile Safari/537.36
Mozilla/5.0 (Linux; Android 10; V1824A; wv) AppleWebKit/537.36 Chrome/76.0 T7/11.19 SP-engine/2.15.0 baiduboxapp/11.19.5.10 (Baidu; P1 10)
Eudora/7.1.0.9
Mozilla/4.7 [en] (Win98; I)
Mozilla/4.78 [de]C-CCK-MCD  (WinNT; U)
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98 Safari/537.36 MetaSr 1.0
Mozilla/5.0 (Linux; Android 6.0; B BOT 550 Build/MRA58K; wv) AppleWebKit/537.36 Chrome/53.0 Mobile Safari/537.36
Mozilla/5.0 (Linux; Android 8.1.0; XBot_Senior Build/O11019) AppleWebKit/537.36 Chrome/65.0 Mobile Safari/537.36
Mozilla/5.0 (Linux; U; Android 2.1-update1; Orange San Francisco Build/ERE27) AppleWebKit/530.17 Mobile Safari/530.17
Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; Banca Caboto s.p.a.; rv:11.0) like Gecko
Mozilla/5.0 (Linux; U; Android 2.3.4; ru-ru; WT19i Build/4.0.2) AppleWebKit/533.1 Mobile Safari/533.1 Flipboard/2.1.2
Mozilla/5.0 (Linux; Android 15; SM-A146P; wv) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36 [LinkedInApp]/2.200
Mozilla/5.0 (X11; Linux i686) AppleWebKit/534.30 (KHTML, like Gecko) Slackware/Chrome/12.0.742.100 Safari/534.30
Mozilla/4.0 (compatible; Linux 2.6.22) NetFront/3.4 Kindle/2.0 (screen 600x800)
BlackBerry9000/4.6.0.303 Profile/MIDP-2.0 Configuration/CLDC-1.1 VendorID/120""".splitlines()

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
Mozilla/5.0 (compatible; Acme; Linux)
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.0.0 Safari/537.36 GTmetrix
Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:94.0) Gecko/20100101 Firefox/94.0 PTST/211202.211915
Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.0) Match by Siteimprove.com
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/537.36 Chrome/97.0 Safari/537.36 (ThousandEyes Agent)
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/113.0 Safari/537.36 RuxitSynthetic/1.0
Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (compatible; Googlebot/2.1)
Mozilla/5.0 (compatible; FlipboardProxy/1.2)
Slackbot 1.0""".splitlines()


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
pinterest/0.2; vkshare; embedly; iframely; tumblr/14; flipboard; mastodon; bluesky; barracuda; mimecast
proofpoint; symantec; messagelabs; trendmicro; fireeye; trellix; fortimail; zscaler; sophos; bitdefender; kaspersky
cloudmark; ironport; cisco; checkpoint; avanan; safelinks; urldefense; vadesecure; hornet; mailguard; websense
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


def test_a_name_of_any_length_is_judged_by_its_beginning() -> None:
    assert not agents.is_machine(PEOPLE[2] + " " * agents.MAX_READ + "robot")
    assert agents.is_machine(MACHINES[0] + "a" * 1_000_000)
