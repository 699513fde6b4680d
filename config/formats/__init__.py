"""How pages write dates and numbers in each language; what is entered and exported stays ISO."""
