def post_init_hook(env):
    """File what was released before the addon came."""
    env["dist.document"].with_context(active_test=False).search(
        [("state", "!=", "draft")]
    )._file_in_dms()
