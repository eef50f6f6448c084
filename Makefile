# Everything goes through npm scripts: they put the right Node first on PATH.
.PHONY: install test demo bench build cluster e2e e2e-up e2e-down clean

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

install: node_modules/.installed

test: install
	npm test

# make demo ARGS=--once
demo: install
	npm run -s demo -- $(ARGS)

bench: install
	npm run -s bench -- $(ARGS)

build: install
	npm run -s build

# A control plane to try things on; stays until Ctrl-C.
cluster: install
	npm run -s cluster

# The stories on a real node; Linux, root. make e2e ARGS='--story node'
e2e: install
	npm run -s e2e -- $(ARGS)

# That node, to try things on; stays until e2e-down.
e2e-up: install
	@npm run -s e2e-up

e2e-down: install
	@npm run -s e2e-down

clean:
	rm -rf node_modules dist coverage
