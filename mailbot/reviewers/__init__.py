"""What is mailed to the reviewers, and when?"""
