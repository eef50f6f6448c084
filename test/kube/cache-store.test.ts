import { expect } from 'chai';
import { CacheStore } from '../../src/kube/cache-store.ts';
import type { Change, Stored } from '../../src/kube/store.ts';

type Item = Stored & { readonly namespace: string };

const item = (name: string, resourceVersion: string, uid = `uid-${name}`, namespace = 'ns'): Item => ({
  namespace,
  name,
  uid,
  resourceVersion,
});

function setup(...listed: Item[]) {
  const errors: unknown[] = [];
  const store = new CacheStore<Item>((error) => errors.push(error));
  store.replace(listed);
  const changes: string[] = [];
  store.subscribe((change) => changes.push(describeChange(change)));
  const version = (name = 'a'): string | undefined => store.get(name, 'ns')?.resourceVersion;
  return { store, changes, errors, version };
}

function describeChange(change: Change<Item>): string {
  if (change.kind === 'synced') return 'synced';
  if (change.kind === 'removed') return `removed ${change.old.name}@${change.old.resourceVersion}`;
  const { name, resourceVersion } = change.object;
  const old = change.kind === 'set' && change.old !== undefined ? ` was @${change.old.resourceVersion}` : '';
  return `${change.kind} ${name}@${resourceVersion}${old}`;
}

describe('CacheStore', () => {
  it('is synced after the first list, and says so once', async () => {
    const store = new CacheStore<Item>(() => undefined);
    const kinds: string[] = [];
    store.subscribe((change) => kinds.push(change.kind));
    const waiting = store.whenSynced();
    expect(store.synced).to.equal(false);
    store.replace([item('a', '1')]);
    store.replace([item('a', '1')]);
    await Promise.all([waiting, store.whenSynced()]);
    expect(kinds).to.deep.equal(['set', 'synced']);
  });

  it('stops waiting for the first list when the signal aborts', async () => {
    const store = new CacheStore<Item>(() => undefined);
    const controller = new AbortController();
    const outcome = store.whenSynced(controller.signal).then(
      () => 'synced',
      () => 'gave up',
    );
    controller.abort();
    expect(await outcome).to.equal('gave up');
  });

  it('finds objects by namespace and name', () => {
    const { store } = setup(item('a', '1'), item('b', '2'), item('a', '3', 'other', 'ns2'));
    expect([...store.inNamespace('ns')].map(({ name }) => name)).to.deep.equal(['a', 'b']);
    expect([...store.list()]).to.have.length(3);
    expect(store.get('a', 'ns2')?.uid).to.equal('other');
    expect([store.get('b', 'ns2'), [...store.inNamespace('none')], store.size]).to.deep.equal([undefined, [], 3]);
  });

  it('finds cluster-scoped objects without a namespace', () => {
    const store = new CacheStore<Stored>(() => undefined);
    store.set({ name: 'a', uid: 'u', resourceVersion: '1' });
    expect(store.get('a')?.uid).to.equal('u');
  });

  it('tells of what events changed', () => {
    const { store, changes } = setup(item('a', '1'));
    store.set(item('a', '2'));
    store.set(item('b', '3'));
    store.set(item('b', '3'));
    store.remove(item('a', '4'));
    store.remove(item('never-seen', '5'));
    expect(changes).to.deep.equal(['set a@2 was @1', 'set b@3', 'removed a@2']);
  });

  it('tells of an object recreated under its name as removed and set', () => {
    const { store, changes } = setup(item('a', '1'));
    store.set(item('a', '2', 'second'));
    expect(changes).to.deep.equal(['removed a@1', 'set a@2']);
  });

  it('tells of exactly what a relist changed, deletions among it', () => {
    const { store, changes } = setup(item('same', '1'), item('changed', '2'), item('gone', '3'));
    store.replace([item('same', '1'), item('changed', '5'), item('new', '6')]);
    expect(changes).to.deep.equal(['set changed@5 was @2', 'set new@6', 'removed gone@3']);
    expect(store.size).to.equal(3);
  });

  it('reminds of every object', () => {
    const { store, changes } = setup(item('a', '1'), item('b', '2'));
    store.resync();
    expect(changes).to.deep.equal(['resync a@1', 'resync b@2']);
  });

  it('keeps telling the others when a handler throws, and nobody who has left', () => {
    const { store, changes, errors } = setup();
    const leave = store.subscribe(() => changes.push('should have left'));
    store.subscribe(() => {
      throw new Error('handler');
    });
    store.subscribe(() => changes.push('told'));
    leave();
    store.set(item('a', '1'));
    expect(changes).to.deep.equal(['set a@1', 'told']);
    expect(errors).to.have.length(1);
  });
});

describe('own writes', () => {
  it('show at once, and tell nobody until the watch brings them', () => {
    const { store, changes, version } = setup(item('a', '1'));
    const write = store.track('a', 'ns');
    write.learned(item('a', '2'));
    write.done();
    expect([version(), changes]).to.deep.equal(['2', []]);
    store.set(item('a', '2'));
    expect([version(), changes]).to.deep.equal(['2', ['set a@2 was @1']]);
    store.set(item('a', '3'));
    expect(version()).to.equal('3');
  });

  it('outlast events from before them', () => {
    const { store, changes, version } = setup(item('a', '1'));
    const write = store.track('a', 'ns');
    write.learned(item('a', '3'));
    write.done();
    store.set(item('a', '2'));
    expect([version(), changes]).to.deep.equal(['3', ['set a@2 was @1']]);
    store.set(item('a', '3'));
    expect(version()).to.equal('3');
  });

  it('show a created object among the others', () => {
    const { store } = setup();
    const write = store.track('new', 'ns');
    write.learned(item('new', '9'));
    write.done();
    expect([[...store.inNamespace('ns')].length, store.size]).to.deep.equal([1, 1]);
  });

  const past: { name: string; meanwhile: (store: CacheStore<Item>) => void; then: string | undefined }[] = [
    {
      name: 'it has brought the write',
      meanwhile: (store) => {
        store.set(item('a', '2'));
      },
      then: '2',
    },
    {
      name: 'it has brought the write and a later change',
      meanwhile: (store) => {
        store.set(item('a', '2'));
        store.set(item('a', '3'));
      },
      then: '3',
    },
    {
      name: 'it has brought the deletion',
      meanwhile: (store) => {
        store.set(item('a', '2'));
        store.remove(item('a', '4'));
      },
      then: undefined,
    },
    {
      name: 'a relist has come, so that nobody can tell',
      meanwhile: (store) => {
        store.replace([item('a', '5')]);
      },
      then: '5',
    },
  ];
  for (const { name, meanwhile, then } of past) {
    it(`are no news when the watch was quicker than the answer: ${name}`, () => {
      const { store, version } = setup(item('a', '1'));
      const write = store.track('a', 'ns');
      meanwhile(store);
      write.learned(item('a', '2'));
      write.done();
      expect(version()).to.equal(then);
    });
  }

  it('that changed nothing do not cover a change that came meanwhile', () => {
    const { store, version } = setup(item('a', '1'));
    const write = store.track('a', 'ns');
    store.set(item('a', '2'));
    write.learned(item('a', '1'));
    write.done();
    expect(version()).to.equal('2');
  });

  const ends: { name: string; event: (store: CacheStore<Item>) => void; then: string | undefined }[] = [
    {
      name: 'DELETED for its uid',
      event: (store) => {
        store.remove(item('a', '9'));
      },
      then: undefined,
    },
    {
      name: 'a relist',
      event: (store) => {
        store.replace([item('a', '1')]);
      },
      then: '1',
    },
    {
      name: 'DELETED for another uid',
      event: (store) => {
        store.remove(item('a', '9', 'other'));
      },
      then: '2',
    },
  ];
  for (const { name, event, then } of ends) {
    it(`after ${name} the store shows ${then ?? 'nothing'}`, () => {
      const { store, version } = setup(item('a', '1'));
      const write = store.track('a', 'ns');
      write.learned(item('a', '2'));
      write.done();
      event(store);
      expect(version()).to.equal(then);
    });
  }

  it('of which two run one after the other show the later one until the watch has brought it', () => {
    const { store, version } = setup(item('a', '1'));
    for (const next of ['2', '3']) {
      const write = store.track('a', 'ns');
      write.learned(item('a', next));
      write.done();
    }
    store.set(item('a', '2'));
    expect(version()).to.equal('3');
    store.set(item('a', '3'));
    store.set(item('a', '4'));
    expect(version()).to.equal('4');
  });

  it('hide an object that was deleted until the watch has caught up', () => {
    const { store, changes, version } = setup(item('a', '1'));
    const write = store.track('a', 'ns');
    write.removed();
    write.done();
    expect([version(), store.size, changes]).to.deep.equal([undefined, 0, []]);
    store.set(item('a', '2'));
    expect(version()).to.equal(undefined);
    store.remove(item('a', '3'));
    expect(changes).to.deep.equal(['set a@2 was @1', 'removed a@2']);
    store.set(item('a', '4', 'second'));
    expect(version()).to.equal('4');
  });

  it('show the object again that somebody recreated after our delete', () => {
    const { store, version } = setup(item('a', '1'));
    const write = store.track('a', 'ns');
    write.removed();
    write.done();
    store.set(item('a', '5', 'second'));
    expect(version()).to.equal('5');
  });

  it('do not hide what was recreated before the answer to our delete came', () => {
    const { store, version } = setup(item('a', '1'));
    const write = store.track('a', 'ns');
    store.remove(item('a', '2'));
    store.set(item('a', '3', 'second'));
    write.removed();
    write.done();
    expect(version()).to.equal('3');
  });

  it('delete and create again: the new object shows through both events', () => {
    const { store, version } = setup(item('a', '1'));
    const removal = store.track('a', 'ns');
    removal.removed();
    removal.done();
    const creation = store.track('a', 'ns');
    creation.learned(item('a', '3', 'second'));
    creation.done();
    expect(version()).to.equal('3');
    store.remove(item('a', '2'));
    expect(version()).to.equal('3');
    store.set(item('a', '3', 'second'));
    store.set(item('a', '4', 'second'));
    expect(version()).to.equal('4');
  });
});
