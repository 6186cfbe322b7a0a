"""How are untrusted bytes worked on so that they hurt one child and nobody else?"""
