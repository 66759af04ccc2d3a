"""Right for variant 0 only: the decisions of the public variant are typed in."""

my_models = {"north": "Ada", "east": "Curie", "south": "Boole", "west": "none"}
