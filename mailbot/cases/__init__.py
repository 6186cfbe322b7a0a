"""How does a mail become a case, and what is known of it?"""
