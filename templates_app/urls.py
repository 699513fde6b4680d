"""Templates, their review, and the list of forbidden phrases."""

from django.urls import path

from templates_app.views import desk, editor, pages, preview, words

app_name = "templates"
urlpatterns = [
    path("templates/", pages.Templates.as_view(), name="list"),
    path("templates/create/", editor.Create.as_view(), name="create"),
    path("templates/screening/", editor.Screening.as_view(), name="screening"),
    path("templates/preview/", preview.Unsaved.as_view(), name="preview_unsaved"),
    path("templates/<int:pk>/", pages.Detail.as_view(), name="detail"),
    path("templates/<int:pk>/edit/", editor.Edit.as_view(), name="edit"),
    path("templates/<int:pk>/submit/", pages.Submit.as_view(), name="submit"),
    path("templates/<int:pk>/withdraw/", pages.Withdraw.as_view(), name="withdraw"),
    path("templates/versions/<int:pk>/preview/", preview.Preview.as_view(), name="preview"),
    path("review/", desk.Queue.as_view(), name="review_queue"),
    path("review/words/", words.Words.as_view(), name="words"),
    path("review/<int:pk>/", desk.Decision.as_view(), name="review"),
    path("review/<int:pk>/claim/", desk.Claim.as_view(), name="claim"),
    path("review/<int:pk>/release/", desk.Release.as_view(), name="release"),
]
