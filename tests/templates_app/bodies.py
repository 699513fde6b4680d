"""Bodies that tests write into templates."""

GOOD = """<!doctype html><html><body><h1>Your order, {{name}}</h1>
<p>We have received your order and are packing it now. You will get a second mail with the tracking number as soon as the
parcel has left our warehouse, usually within one working day. Thank you for buying from us.</p>
<p><a href="https://shop.test/orders/{{order}}">See your order</a></p></body></html>
"""
SHORT = "<p>Hi {{name}}</p>"
