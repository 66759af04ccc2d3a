"""The sentences of which simulated customers and agents make their messages."""

from __future__ import annotations

#: What a customer writes about, and ways to say it; ``{…}`` is filled in by the writer.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "bill": (
        "My bill for {month} is {amount} dollars and I do not see why.",
        "There is an item of {amount} dollars on the {month} bill that I cannot explain.",
        "Why did I pay {amount} dollars in {month}? It was less before.",
        "I was charged twice on the bill of {month}.",
        "Can you send me the {month} invoice again, the amount looks wrong.",
    ),
    "payment": (
        "My payment for {month} did not go through.",
        "I want to pay by bank transfer instead of by check.",
        "I got a reminder although I paid the {month} invoice on time.",
        "Can I pay the {amount} dollars two weeks later this time?",
        "The card on file has expired, how do I enter the new one?",
    ),
    "slow_internet": (
        "The internet is slow every evening, films keep buffering.",
        "I get a tenth of the speed that I pay for.",
        "Since {month} video calls freeze all the time, the line is too slow.",
        "Downloads crawl, a speed test shows 3 megabit.",
        "The wifi is fine but the connection is terribly slow after six.",
    ),
    "outage": (
        "No connection at all since this morning, the light of the router is red.",
        "The line is dead again, no internet and no phone.",
        "There has been an outage in our street since yesterday.",
        "We have had no signal for two days now.",
        "The connection drops every ten minutes and then nothing works.",
    ),
    "moving": (
        "We move house in {month}, can the line move with us?",
        "I need my connection at a new address from {month} on.",
        "How do I tell you that I am moving?",
        "Is fiber available where I will live from {month}?",
    ),
    "device": (
        "The new router does not accept the password on its label.",
        "I need a new SIM card, the old one is broken.",
        "How do I set up voicemail on my phone?",
        "The modem restarts by itself several times a day.",
        "My television box shows error {error}.",
    ),
    "contract": (
        "When does my contract end and what would a two year term cost?",
        "I would like to add online security to my tariff.",
        "Which tariff is best for two people who mostly watch films?",
        "Can I switch to a smaller plan before {month}?",
        "Please tell me what is in my present plan.",
    ),
    "cancel": (
        "I want to cancel my contract.",
        "I am thinking of leaving, how long is the notice period?",
        "Please confirm that my contract ends in {month}.",
        "I have had enough and will not renew.",
        "What must I do to terminate the service?",
    ),
    # Only where an incident of the scenario makes customers write so.
    "rival": (
        "FiberNow offers me a gigabit for {amount} dollars, why should I stay?",
        "A man of FiberNow was at our door and their fiber is much cheaper.",
        "My neighbors have all gone to FiberNow, can you match the offer?",
        "FiberNow installs for free and pays my last month here.",
    ),
    "price": (
        "You raised my price by a tenth and nobody asked me.",
        "The letter says that everything gets more expensive, I do not accept the new price.",
        "Why does the same tariff now cost {amount} dollars?",
        "Can I keep the old price if I stay for two years?",
    ),
}

#: What an agent does about it: the first sentence solves the case, the second says more.
ANSWERS: dict[str, tuple[str, str]] = {
    "bill": (
        "We have checked your bill and sent you each item by mail.",
        "If an item is wrong, the amount comes off the next bill.",
    ),
    "payment": (
        "We have noted your payment and stopped the reminder.",
        "You can change how you pay under My Account at any time.",
    ),
    "slow_internet": (
        "We have measured your line and booked a technician.",
        "The technician will call you before the visit.",
    ),
    "outage": (
        "We have found the fault and our engineers are at work on it.",
        "You will get a text message as soon as the line is up.",
    ),
    "moving": (
        "We have opened a moving order for your new address.",
        "Please tell us the day of the move two weeks ahead.",
    ),
    "device": (
        "We have sent you a replacement and a guide to set it up.",
        "Please return the old device in the same box.",
    ),
    "contract": (
        "We have mailed you your present terms and two tariffs that fit.",
        "You can switch at the end of any month.",
    ),
    "cancel": (
        "We have sent you a form that ends your contract on the next possible day.",
        "Until then everything works as usual.",
    ),
    "rival": (
        "We have compared that offer with your tariff and sent you both side by side.",
        "You can decide in your own time.",
    ),
    "price": (
        "We have sent you the new price list and the reasons for it.",
        "Your other terms stay as they are.",
    ),
}
GREETINGS = ("Dear customer, thank you for your message.", "Hello, thank you for writing to us.")
REGRETS = ("We are sorry for the trouble.", "We understand that this is annoying.")
CLOSINGS = ("Kind regards, your support team", "Best wishes, your support team")

OPENERS = ("Hello,", "Hi,", "Good morning.", "To whom it may concern,", "", "", "Hey,")
MORE = (
    "Please call me back.", "I have been a customer for years.", "It is the third time I write.",
    "Your hotline kept me waiting for half an hour.", "Thanks for your help.", "", "", "",
    "Please answer this week.", "The chat could not help me.", "My order is 8841 2073 5519 6620.",
    "The ticket was 555-0199.", "I wrote on 2024-03-12 already.", "The shop at 90 Market Street sent me to you.",
)  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip

#: Insults at people, some of them disguised, and some without one rude word.
INSULTS = (
    "You are idiots.", "What a bunch of morons you are.", "You people are stupid.",
    "Your agent is an id1ot.", "You are m o r o n s.", "Go to hell, all of you.", "Shut up and do your job, clowns.",
    "People like you should not be allowed near a phone.", "I hope you all lose your jobs.",
    "You liars.",
)  # fmt: skip
#: Rude words that hit no person.
ANGER = (
    "This stupid box drives me mad.", "The damn router is dead again.", "What a hell of a week.",
    "I felt like an idiot in your shop.",
)  # fmt: skip

FIRST = ("Mia", "Noah", "Ada", "Omar", "Lena", "Juan", "Priya", "Tom", "Chloe", "Kenji", "Sara")
LAST = ("Lopez", "Becker", "Okafor", "Nguyen", "Rossi", "Smith", "Haddad", "Novak", "Silva")
STREETS = ("Garden Street", "Hill Road", "Mill Lane", "Oak Avenue", "Station Road")
#: How personal data stand in a message, by kind; the value replaces ``{}``.
SAYINGS: dict[str, tuple[str, ...]] = {
    "name": ("My name is {}.", "This is {}.", "Please ask for {}.", "Regards, {}"),
    "email": ("My mail is {}.", "Write to {} please.", "Reply to {}."),
    "phone": ("My number is {}.", "Call {} after five.", "You reach me at {}."),
    "card": ("My card is {}.", "Please charge {}.", "The new card number is {}."),
    "iban": ("The account is {}.", "IBAN {}."),
    "address": ("We live at {}.", "My address is {}.", "Send it to {}."),
    "birthday": ("I was born on {}.", "My date of birth is {}."),
}
