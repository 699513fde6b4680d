"""Login, the person's own settings, and what only admins do."""

from django.urls import path

from accounts.views import audit, keys, notices, people, person, session

app_name = "accounts"
urlpatterns = [
    path("login/", session.LogIn.as_view(), name="login"),
    path("logout/", session.LogOut.as_view(), name="logout"),
    path("form-token/", session.FormToken.as_view(), name="form_token"),
    path("switch/", session.SwitchAccount.as_view(), name="switch"),
    path("profile/", person.Profile.as_view(), name="profile"),
    path("profile/sessions/", person.EndOtherSessions.as_view(), name="end_sessions"),
    path("password/", person.ChangePassword.as_view(), name="password"),
    path("time-zone/", person.ChangeTimeZone.as_view(), name="time_zone"),
    path("notices/email/", person.ChangeNoticeMails.as_view(), name="notice_mails"),
    path("theme/", person.SetTheme.as_view(), name="theme"),
    path("language/", person.SetLanguage.as_view(), name="language"),
    path("users/", people.Users.as_view(), name="users"),
    path("users/add/", people.AddMember.as_view(), name="member_add"),
    path("users/<int:pk>/", people.MemberDetail.as_view(), name="member"),
    path("users/<int:pk>/remove/", people.RemoveMember.as_view(), name="member_remove"),
    path("keys/", keys.ApiKeys.as_view(), name="keys"),
    path("keys/create/", keys.CreateKey.as_view(), name="key_create"),
    path("keys/bulk/", keys.BulkKeys.as_view(), name="keys_bulk"),
    path("keys/<int:pk>/", keys.KeyPage.as_view(), name="key"),
    path("keys/<int:pk>/enable/", keys.EnableKey.as_view(), name="key_enable"),
    path("keys/<int:pk>/disable/", keys.DisableKey.as_view(), name="key_disable"),
    path("notices/<int:pk>/close/", notices.CloseNotice.as_view(), name="notice_close"),
    path("notices/bulk/", notices.BulkNotices.as_view(), name="notices_bulk"),
    path("audit/", audit.AuditLog.as_view(), name="audit"),
]
