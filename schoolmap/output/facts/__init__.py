"""Plan -> tables of facts: warnings, classes, supply and indicators as a bureau prints them."""
