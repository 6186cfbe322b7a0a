"""What does a reviewer's word do?"""
