"""SPF (RFC 7208): reading a record, evaluating it as receivers do, and the advice on an existing one."""
