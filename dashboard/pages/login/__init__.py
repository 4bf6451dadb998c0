"""The way in and out: sign in, single sign-on, a screen's own link, sign out; plain pages without scripts."""
