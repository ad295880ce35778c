"""What people must hear of: notices in the client, mails, and what waits for someone."""
