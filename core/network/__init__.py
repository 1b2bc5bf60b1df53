"""Who supports a client: involvements, the publications that let them be shown, invitations and reminders."""
