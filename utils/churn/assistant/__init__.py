"""An assistant that answers customers and works with tools, and what keeps it in bounds.

Nothing here calls a hosted model. ``responder`` answers with a classifier trained on the company's
own messages and with sentences that a prompt asks for; ``scripted`` stands for a model with tools
and obeys every instruction that it reads, which is the worst that a real one can do.

``scorers`` judge an answer: by the words that it shares with an agent's, and in dollars. ``pii`` finds
and masks personal data, ``toxicity`` insults. ``provenance`` says where a text came from and what a
call of a tool is, ``desk`` has the tools, ``guard`` decides which calls they execute, ``keywords`` is
the weaker idea beside it, which ``disguises`` undo for those who read through them, ``session`` lets
all of them work on a task and ``trace`` records it as OpenTelemetry's spans. ``tasks``, ``attacks`` and
``held_out`` are what the guard is tried with, ``trial`` tries it.
"""
