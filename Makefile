# Everything goes through npm scripts: they put the right Node first on PATH.
.PHONY: install test demo bench build cluster clean

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

clean:
	rm -rf node_modules dist coverage
