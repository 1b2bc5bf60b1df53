"""Sign-in, second factor, roles and sessions. It is not about who a practitioner is to others: that is the directory."""
