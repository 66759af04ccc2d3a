"""What authors of the course use: whatever works on notebooks as files, and the course's map.

``notebooks`` executes them and keeps them in their normal form, ``hygiene`` says what is wrong with
one, ``limits`` how long one may be and how many minutes it takes, ``outline`` reads
``modules/outline.yml`` and draws the map, ``system_picture`` draws the system with a lesson's place
in it, ``affected`` says what a change touches and ``quick`` runs that, ``cells`` what a lab's cell is,
``notebook_parameters`` reads parameters as they are typed, ``learner_copy`` makes what
learners get. Each is imported by its own name: ``notebooks``, ``hygiene`` and ``limits`` load
nbformat, which the map does not need.
"""
