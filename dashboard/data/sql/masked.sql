-- How an enterprise is called where its name is not for everybody in the room: a code, the same on every screen.
create temp macro masked_name(code) as ('企业 ' || left(code, 4) || '-' || substr(code, 5, 4));
