//! Decides what each cash flow is: a dividend, interest, rent, or a question for a person.
