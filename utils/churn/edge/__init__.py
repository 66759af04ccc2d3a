"""A model on the device of whoever asks: a static page that scores a customer in the browser."""

from churn.edge.web_page import fields, write_page

__all__ = ["fields", "write_page"]
