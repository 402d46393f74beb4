// Loaded before a program: lets it import the packages that are installed under target/npm, beside which it does not lie.

import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const parentURL = pathToFileURL(`${process.env.ACCEPTANCE_PACKAGES}/`).href;

registerHooks({
  resolve(specifier, context, next) {
    const isOurs = context.parentURL?.startsWith('file:') && !context.parentURL.startsWith(parentURL);
    const isPackage = /^[@a-z]/.test(specifier) && !specifier.startsWith('node:') && !specifier.startsWith('file:');
    return next(specifier, isOurs && isPackage ? { ...context, parentURL } : context);
  },
});
