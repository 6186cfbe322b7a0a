"""How do facts become a letter, and a letter a mail?"""
