"""Who belongs to which catchment, and what is lost or doubled on the way: nothing, or it is reported."""
