"""How are the papers of a mail read, all cores busy and no paper able to do harm?"""
