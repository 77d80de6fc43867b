print("freshwire")
