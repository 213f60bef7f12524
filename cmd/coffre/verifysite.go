package main

import "context"

func (a *app) verifySite(_ context.Context, _ verifyOptions) error {
	return a.fail(nil, "%s", a.tr("Pas encore.", "Not yet."))
}
