"""From the source of a lab to grades that can be trusted.

By what a submission meets, from the ground up; each imports only what stands above it here:

``exceptions``, ``cell_errors``, ``bindings``, ``lab_imports``  the ground: needs nothing else
``wire``         plain data on its way between two processes that do not trust each other
``forking``      the fork server, and the sandbox that a fork enters by itself
``isolation``    sandbox, limits and watchdog around a learner's process
``course``, ``outcomes``, ``parameters``  the folders, the records, and who got which variant
``nbgrader_internals``  all that depends on nbgrader's private parts
``kernels``      learners' kernels, new ones and forks of a warm parent
``endpoints``    the two programs at the ends of the wire: agent and examiner
``trusted``      running a notebook, answers in one process and tests in another
``feedback``     what a learner gets to read
``submission``   which file was handed in, what is in it, and which of its cells are the lab's
``steps``        steps of nbgrader's converters that are this course's own
``engines``      what turns a submission into an outcome, and a batch of them at once
``cycle``        release → collect → grade → feedback → report
``selection``    how and where to grade, decided once

The ``course`` command (:mod:`coursecli`) drives it.
"""
