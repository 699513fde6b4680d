"""The API's one URL: from an HTTP request to an action and its response (Tencent Cloud API 3.0, common parameters)."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import quota
from accounts.api import errors, keys, legacy, tc3
from accounts.api.action import Action
from accounts.api.requests import ApiCall, RawRequest, missing, seconds
from accounts.caller import Caller, key_holder
from accounts.errors import Refused
from accounts.network import client_ip, within

logger = logging.getLogger(__name__)

VERSION = "2020-10-02"
MAX_GET_BYTES = 32 * 1024
MAX_LEGACY_POST_BYTES = 1024 * 1024


class Endpoint(APIView):
    """Answers every call with HTTP 200 and one JSON object that holds `Response`."""

    # Action name -> class; `config.views` passes its table in `as_view(actions=…)`.
    actions: Mapping[str, type[Action]] = {}
    http_method_names = ["get", "post"]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON whatever the client says it accepts."""
        return JSONRenderer(), JSONRenderer.media_type

    def get(self, request: Request) -> HttpResponse:
        """Answer a call in the query string."""
        return self._answer(request._request)

    def post(self, request: Request) -> HttpResponse:
        """Answer a call in the body."""
        return self._answer(request._request)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer any other method as an API error."""
        with _language_of(request):
            text = _("The method %(method)s is not supported. Use POST or GET.") % {"method": request.method}
            return _envelope(_error(Refused("UnsupportedProtocol", text)))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid.uuid4())
        with _language_of(request):
            try:
                fields = self._do(_read(request), client_ip(request))
            except Refused as refused:
                fields = _error(refused)
            except Exception:
                # Whatever failed (the database may be down), no success was reported to the client.
                logger.exception("API call failed, RequestId %s", request_id)
                fields = _error(Refused(*errors.INTERNAL))
            return _envelope(fields, request_id)

    def _do(self, call: ApiCall, ip: str) -> dict[str, Any]:
        action = self._action(call)
        _check_region_and_timestamp(call)
        caller = _caller(call, ip)
        limit = quota.Limit(f"api:{caller.account.pk}:{call.action}", settings.RULES.api_calls_per_second, seconds=1)
        if not quota.take_one(limit):
            raise Refused(
                "RequestLimitExceeded",
                _("More than %(limit)d calls of %(action)s in one second. Wait a second and try again.")
                % {"limit": limit.allowed, "action": call.action},
            )
        return action().answer(caller, call.params(), as_text=call.as_text)

    def _action(self, call: ApiCall) -> type[Action]:
        if not call.action:
            raise missing("Action")
        if call.action not in self.actions:
            text = _("There is no action `%(action)s`.") % {"action": call.action[:100]}
            raise Refused("InvalidAction", text, field="Action")
        if not call.version:
            raise missing("Version")
        if call.version != VERSION:
            text = _("The version must be %(version)s.") % {"version": VERSION}
            raise Refused("NoSuchVersion", text, field="Version")
        return self.actions[call.action]


def refusal_response(request: HttpRequest, code: str, text: Promise) -> HttpResponse:
    """Return the answer, in the call's language, to one that is refused before it reaches the endpoint."""
    with _language_of(request):
        return _envelope(_error(Refused(code, text)))


def _is_tc3(request: HttpRequest) -> bool:
    return "Authorization" in request.headers or "X-TC-Action" in request.headers


def _language_of(request: HttpRequest) -> translation.override:
    """Return the block in which a call is answered: in the language of its header or query, and no other's after it."""
    # Not request.GET: it raises when there are too many fields, and that would be no answer of the API.
    named = parse_qs(request.META.get("QUERY_STRING", "")).get("Language", [""])
    requested = request.headers.get("X-TC-Language") or named[-1]
    return translation.override(errors.django_language(requested))


def _read(request: HttpRequest) -> ApiCall:
    """Return the call a request makes, by whichever protocol; its size is checked before its body is read."""
    protocol = tc3 if _is_tc3(request) else legacy
    query = request.META.get("QUERY_STRING", "")
    ports = (80, 443, *settings.WEB_PORTS)
    raw = RawRequest(method=request.method or "", query=query, headers=request.headers, body=b"", ports=ports)
    protocol.check_content_type(raw)
    if protocol is tc3 and tc3.is_unsigned(raw) and not settings.UNSIGNED_PAYLOAD:
        text = _("Calls with an unsigned body are not accepted here. Sign the body: leave X-TC-Content-SHA256 out.")
        raise Refused("AuthFailure.InvalidAuthorization", text, field="X-TC-Content-SHA256")
    if raw.method == "GET":
        size, allowed = len(raw.query), MAX_GET_BYTES
    else:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        allowed = settings.RULES.request_max_bytes if protocol is tc3 else MAX_LEGACY_POST_BYTES
    if size > allowed:
        text = _("The request has %(size)d bytes; at most %(limit)d are allowed.") % {"size": size, "limit": allowed}
        raise Refused("RequestSizeLimitExceeded", text)
    if raw.method == "POST":
        raw = replace(raw, body=request.body)
    # A form names its language in the body; whatever follows is answered in it.
    translation.activate(errors.django_language(protocol.language(raw)))
    return protocol.read(raw)


def _check_region_and_timestamp(call: ApiCall) -> None:
    if not call.region:
        raise missing("Region")
    if call.region not in settings.REGIONS:
        text = _("The region must be one of %(regions)s.") % {"regions": ", ".join(settings.REGIONS)}
        raise Refused("UnsupportedRegion", text, field="Region")
    skew = settings.RULES.signature_skew_seconds
    if abs(time.time() - seconds(call.timestamp)) > skew:
        raise Refused(
            "AuthFailure.SignatureExpire",
            _("The timestamp is more than %(seconds)d seconds off. Set the clock of the machine that calls.")
            % {"seconds": skew},
            field="Timestamp",
        )


def _caller(call: ApiCall, ip: str) -> Caller:
    """Return the caller of a call whose signature, network and action are allowed."""
    if call.token:
        text = _("Temporary credentials are not supported. Leave the token out.")
        raise Refused("AuthFailure.TokenFailure", text)
    key = keys.find_enabled(call.secret_id)
    if key is None:
        raise errors.refusal("AuthFailure.SecretIdNotFound", field="SecretId")
    if not call.signed_by(key.secret_key):
        raise errors.refusal("AuthFailure.SignatureFailure", field="Signature")
    if key.networks and not within(ip, key.networks):
        text = (
            _("This API key cannot be used from the IP address %(ip)s.")
            if ip
            else _("This API key cannot be used from this IP address.")
        )
        raise Refused("IpNotInWhitelist", text % {"ip": ip})
    caller = key_holder(key, ip=ip)
    if caller.actions is not None and call.action not in caller.actions:
        raise Refused(
            "AuthFailure.UnauthorizedOperation",
            _("This API key cannot call %(action)s. Ask an admin of the account for one that may.")
            % {"action": call.action},
        )
    keys.record_use(key)
    return caller


def _error(refused: Refused) -> dict[str, Any]:
    return {"Error": {"Code": refused.code, "Message": errors.message(refused)}}


def _envelope(fields: dict[str, Any], request_id: str = "") -> HttpResponse:
    # No charset in the content type: the official SDKs compare it as a whole.
    return JsonResponse(
        {"Response": {**fields, "RequestId": request_id or str(uuid.uuid4())}},
        headers={"Content-Language": translation.get_language()},
    )
