"""The course kit: what notebooks, learners and authors use.

From the ground up; each imports only what stands above it here:

``paths``        where the course stands on disk
``wording``      what is said in the same way in many messages
``spreadsheet``  tables as people save them
``variants``     each learner's own variant of a lab
``pictures``     figures with an alternative text
``environment``  installing, what child processes start with, the network, the doctor, tiles
``fresh_process``  a call in a new Python, in which texts have other hashes
``checks``       rubrics for test cells, with messages in domain words
``shell``        Git and DVC commands from a notebook
``workspace``    a fresh folder and MLflow store for a notebook
``my_notebooks``  a learner's copies of lessons and labs, which follow the course
``exercises``    props of lessons and labs
``authoring``    notebooks in their normal form, the rules they keep, the course's map
``incidents``    drills: what happened to this telco, and who can find it out
``readiness``    is it ready for production: checks of the repository and of a running system
"""

# Applies the switches before any library is imported.
from coursekit.environment import switches as switches
