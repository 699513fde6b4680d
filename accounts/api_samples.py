"""What a program needs to call the API: where it answers, and the same first email in the languages people write in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import get_template


@dataclass(frozen=True)
class ApiAddress:
    """Where the API answers, in the two parts that the official SDKs ask for."""

    protocol: str
    host: str


@dataclass(frozen=True)
class Language:
    """A language with an official SDK, or curl; `install` is the line that brings its SDK, "" for none."""

    name: str
    label: str
    install: str


@dataclass(frozen=True)
class Sample:
    """A whole program in one language that sends an email."""

    language: Language
    code: str


_GO = "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud"
_MAVEN = (
    "<dependency><groupId>com.tencentcloudapi</groupId><artifactId>tencentcloud-sdk-java-ses</artifactId>"
    "<version>LATEST</version></dependency>"
)
LANGUAGES = (
    Language("curl", "curl", ""),
    Language("python", "Python", "pip install tencentcloud-sdk-python-ses"),
    Language("node", "Node", "npm install tencentcloud-sdk-nodejs-ses"),
    Language("go", "Go", f"go get {_GO}/common {_GO}/ses"),
    Language("java", "Java", _MAVEN),
    Language("php", "PHP", "composer require tencentcloud/ses"),
    Language("csharp", "C#", "dotnet add package TencentCloudSDK.Ses"),
)


def endpoints() -> list[ApiAddress]:
    """Return where the API answers, the public address first: programs take that; the port with TLS after it."""
    public = urlsplit(settings.PUBLIC_URL)
    found = [ApiAddress(public.scheme, public.netloc)]
    if settings.WEB_TLS_PORT and public.scheme == "http":
        host = public.netloc.removesuffix(f":{public.port}")
        found.append(ApiAddress("https", f"{host}:{settings.WEB_TLS_PORT}"))
    return found


def samples(secret_id: str, endpoint: ApiAddress) -> list[Sample]:
    """Return the programs, with the key's id and the endpoint; they read the SecretKey from their environment."""
    values = {"secret_id": secret_id, "protocol": endpoint.protocol, "host": endpoint.host}
    return [
        Sample(language, get_template(f"accounts/samples/{language.name}.txt").render(values)) for language in LANGUAGES
    ]


def env_file(secret_id: str, secret_key: str, endpoint: ApiAddress) -> str:
    """Return the key and the endpoint as a `.env` file, under the names that the official SDKs read."""
    lines = {
        "TENCENTCLOUD_SECRET_ID": secret_id,
        "TENCENTCLOUD_SECRET_KEY": secret_key,
        "TENCENTCLOUD_PROTOCOL": endpoint.protocol,
        "TENCENTCLOUD_ENDPOINT": endpoint.host,
        "TENCENTCLOUD_REGION": "ap-hongkong",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())
