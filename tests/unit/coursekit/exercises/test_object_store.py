"""What is put into the stand-in for an object store is got back, and is gone with it."""

from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from coursekit.exercises.object_store import object_store


def test_what_is_put_is_got_back_as_long_as_the_store_is_there() -> None:
    with object_store() as settings:
        name = f"{settings['METAFLOW_S3_ENDPOINT_URL']}/telco/flows/one"
        with pytest.raises(HTTPError, match="404"):
            urlopen(name)
        with urlopen(Request(name, data=b"code", method="PUT")) as answer:
            assert answer.status == 200
        with urlopen(Request(name, method="HEAD")) as answer:
            assert (answer.headers["Content-Length"], answer.read()) == ("4", b"")
        with urlopen(name) as answer:
            assert answer.read() == b"code"
    with pytest.raises(URLError):
        urlopen(name)
