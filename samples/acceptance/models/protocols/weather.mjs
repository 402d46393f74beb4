/** The one tool of all cases. */
export const WEATHER = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** What it answers. */
export const weatherOf = (city) => `${city === 'Oslo' ? 'rain' : 'sunny'} in ${city}`;
