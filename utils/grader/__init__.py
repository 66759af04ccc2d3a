"""From the source of a lab to grades that can be trusted.

By what a submission meets, from the ground up; each imports only what stands above it here:

``course``       where a course keeps its labs and grades, nbgrader's configuration and gradebook
``wire``         plain data on its way between two processes that do not trust each other
``isolation``    sandbox, limits and watchdog around a learner's process
``kernels``      learners' kernels, new ones and forks of a warm parent
``endpoints``    the two programs at the ends of the wire: agent and examiner
``trusted``      running a notebook, answers in one process and tests in another
``feedback``     what a learner gets to read
``steps``        steps of nbgrader's converters that are this course's own
``engines``      what turns a submission into an outcome, and a batch of them at once
``cycle``        release → collect → grade → feedback → report

The ``course`` command (:mod:`coursecli`) drives it.
"""
