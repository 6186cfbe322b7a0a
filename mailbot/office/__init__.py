"""What has the office decided, and in which of its files does it stand?"""
