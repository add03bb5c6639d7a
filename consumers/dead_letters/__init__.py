"""What consumers cannot use is put aside (`writing`), and looked at and sent back (`reading`, `watch`). Any module may be imported; why
a record was refused is known only from the reason that it carries.
"""
