"""Who learns whether the service is well?"""
