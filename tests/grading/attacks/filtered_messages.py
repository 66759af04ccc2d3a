"""The kernel's session drops error messages and turns error replies into ok."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
session = get_ipython().kernel.session
send = session.send


def only_good_news(stream, kind, content=None, *arguments, **options):
    if kind == "error":
        return None
    if kind == "execute_reply":
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    return send(stream, kind, content, *arguments, **options)


session.send = only_good_news
"""
