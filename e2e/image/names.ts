/** The tag that `config/default` gives the operator's image. */
export const IMAGE_TAG = 'latest';
/** Environment variable with the path of the image's archive, for the stories. */
export const IMAGE_ARCHIVE = 'RCO_E2E_OPERATOR_IMAGE';
