"""Sign-in, second factor, roles and sessions. Who a practitioner is to others is not here: that is the directory's."""
