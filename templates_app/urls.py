"""Templates, their review, and the list of forbidden phrases."""

from django.urls import path

from templates_app.views import archiving, editor, forbidden_phrases, marking, pages, preview, review, samples

app_name = "templates"
urlpatterns = [
    path("templates/", pages.TemplateList.as_view(), name="list"),
    path("templates/create/", editor.CreateTemplate.as_view(), name="create"),
    path("templates/screening/", editor.ScreeningPanel.as_view(), name="screening"),
    path("templates/preview/", preview.UnsavedPreview.as_view(), name="preview_unsaved"),
    path("templates/bulk/", archiving.BulkTemplates.as_view(), name="bulk"),
    path("templates/samples/", samples.Samples.as_view(), name="samples"),
    path("templates/samples/preview/", samples.SamplePreview.as_view(), name="sample_preview"),
    path("templates/<int:pk>/", pages.TemplateDetail.as_view(), name="detail"),
    path("templates/<int:pk>/edit/", editor.EditTemplate.as_view(), name="edit"),
    path("templates/<int:pk>/sensitive/", marking.SensitiveVariables.as_view(), name="sensitive"),
    path("templates/<int:pk>/submit/", pages.SubmitTemplate.as_view(), name="submit"),
    path("templates/<int:pk>/withdraw/", pages.WithdrawTemplate.as_view(), name="withdraw"),
    path("templates/<int:pk>/duplicate/", archiving.DuplicateTemplate.as_view(), name="duplicate"),
    path("templates/<int:pk>/archive/", archiving.ArchiveTemplate.as_view(), name="archive"),
    path("templates/<int:pk>/restore/", archiving.RestoreTemplate.as_view(), name="restore"),
    path("templates/versions/<int:pk>/preview/", preview.VersionPreview.as_view(), name="preview"),
    path("review/", review.ReviewQueue.as_view(), name="review_queue"),
    path("review/forbidden-phrases/", forbidden_phrases.ForbiddenPhrases.as_view(), name="forbidden_phrases"),
    path("review/<int:pk>/", review.ReviewDecision.as_view(), name="review"),
    path("review/<int:pk>/claim/", review.ClaimReview.as_view(), name="claim"),
    path("review/<int:pk>/release/", review.ReleaseReview.as_view(), name="release"),
]
