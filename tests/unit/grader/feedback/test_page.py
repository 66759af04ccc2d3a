"""A page of feedback loads and runs nothing."""

from nbformat.v4 import new_notebook

from grader.feedback.page import FeedbackExporter


def test_page_is_bound_by_a_policy() -> None:
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(new_notebook())
    assert "<script" not in page
    assert page.index("Content-Security-Policy") < page.index("<title>")
    for rule in ("default-src 'none'", "form-action 'none'", "base-uri 'none'"):
        assert rule in page
